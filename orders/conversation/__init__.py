"""Conversation about orders: comments and mentions of staff, mails to customers, mails to staff.

It stands above orders, which know nothing of it: it follows the rows of their timeline and adds parts to their pages.
"""

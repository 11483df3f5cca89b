"""The vendor that makes nothing: takes test orders of vendors without a sandbox, and asks nobody."""

"""Orders of one recipient before anything of them is sent: one divided into two, several made one."""

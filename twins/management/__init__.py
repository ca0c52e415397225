"""管理好、使用好、维护好: what registers and live points say together about a school."""

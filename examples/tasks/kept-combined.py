def get_result(items):
    """Write a function that will keep the items of the tuple under the limit 11, after that combine adjacent items of the tuple."""


assert get_result((19, 2, 4, 5)) == (8, 20)
assert get_result((1, 7, 1, 8, 11)) == (7, 7, 8, 88)
assert get_result((6, 1, -5, 6, 6)) == (6, -5, -30, 36)

def how_many(nums):
    """Write a function to count the numbers over the limit 10, after that check the parity of the result."""


assert how_many([14, 14, 10, 9]) == False
assert how_many([5, 1, -5, 8, 2, 2]) == True
assert how_many([4, 0, 4]) == True

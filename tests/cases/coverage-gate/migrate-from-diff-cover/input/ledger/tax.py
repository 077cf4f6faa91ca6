def tax(a):
    return a // 5

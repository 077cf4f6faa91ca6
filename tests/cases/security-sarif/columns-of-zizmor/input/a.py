s = "日本😀"; eval(y)
s = "日本😀"; eval(y)

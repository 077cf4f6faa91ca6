s = "日本😀"; eval(y); print("a long tail so that bytes lie on the line, too")
s = "日本😀"; eval(y); print("a long tail so that bytes lie on the line, too")

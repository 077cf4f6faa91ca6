// new
var x = 2

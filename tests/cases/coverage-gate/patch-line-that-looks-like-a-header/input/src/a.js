line 1
++ b/src/other.js
line 3
-- a/x

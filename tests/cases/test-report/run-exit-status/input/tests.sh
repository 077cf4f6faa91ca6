echo "TAP version 13"
echo "1..2"
echo "not ok 1 - opens"
echo "ok 2 - closes"
exit 1

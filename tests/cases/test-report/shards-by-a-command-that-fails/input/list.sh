echo m/a
echo "m/b: cannot find package" >&2
exit 1

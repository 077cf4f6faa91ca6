echo m/a
echo m/b

#!/bin/sh
target=$1
	rm -rf $target/*
text="é漢🙂"; echo $text `date`
eval $2
cd /tmp/build
for file in $(ls *.txt); do
	echo "$file"
done

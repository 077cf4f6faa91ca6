#!/bin/sh
# Copies what was built to where it is served from.
target=$1
cd /srv/$target
rm -rf $target/*
cp -R dist/* .

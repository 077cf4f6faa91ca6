package com.x;
class A {}

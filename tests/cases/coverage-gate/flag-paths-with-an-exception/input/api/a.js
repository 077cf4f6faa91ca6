step(1);
step(2);
step(3);
step(4);

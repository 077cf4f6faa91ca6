step(1);

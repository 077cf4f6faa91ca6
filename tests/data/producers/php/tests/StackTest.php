<?php

require_once __DIR__ . "/../src/Stack.php";

final class StackTest extends PHPUnit\Framework\TestCase
{
    public function testWhatCameLastGoesFirst(): void
    {
        $stack = (new Example\Stack())->push(1, 2);
        $this->assertSame(3, $stack->sum());
        $this->assertSame(2, $stack->pop());
    }
}

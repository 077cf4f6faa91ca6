<?php

namespace Example;

final class Stack
{
    private array $items = [];

    public function push(int ...$items): self
    {
        foreach ($items as $item) {
            $this->items[] = $item;
        }
        return $this;
    }

    public function pop(): ?int
    {
        if ($this->items === []) {
            return null;
        }
        return array_pop($this->items);
    }

    public function sum(): int
    {
        return array_reduce($this->items, fn (int $sum, int $item): int => $sum + $item, 0);
    }

    /** @codeCoverageIgnore */
    public function left(): int
    {
        return count($this->items);
    }
}

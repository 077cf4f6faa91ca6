<?php

namespace Example;

final class Untested
{
    public function word(bool $flag): string
    {
        if ($flag) {
            return "yes";
        }
        return "no";
    }
}

<?php

use PHPUnit\Framework\TestCase;

final class WordsTest extends TestCase
{
    private static function words(string $text): int
    {
        return count(explode(' ', $text));
    }

    public function testOneWord(): void
    {
        $this->assertSame(1, self::words('one'));
    }

    public function testBlanks(): void
    {
        $this->assertSame(0, self::words('  ')); // the line that is annotated
    }

    public function testThrows(): void
    {
        throw new RuntimeException('no server here');
    }

    /** @dataProvider table */
    public function testTable(string $text, int $words): void
    {
        $this->assertSame($words, self::words($text));
    }

    public static function table(): array
    {
        return ['two' => ['a b', 2], 'two & <blanks>' => ['a  b', 2], [' ', 2]];
    }

    public function testLater(): void
    {
        $this->markTestSkipped('not before the next version');
    }

    public function testNotWritten(): void
    {
        $this->markTestIncomplete('to be written');
    }

    public function testAssertsNothing(): void
    {
    }

    public function testNeedsAnother(): void
    {
        $this->assertTrue(true);
    }

    /** @depends testBlanks */
    public function testDependsOnAFailure(): void
    {
        $this->assertTrue(true);
    }
}

// Command shop calls what is known to be vulnerable.
package main

import (
	"fmt"
	"os"

	"example.com/words"
	"example.com/words/title"
)

func main() {
	for _, text := range os.Args[1:] {
		fmt.Println(title.Of(text), count(text))
	}
}

func count(text string) int {
	/* é漢🙂 */ return words.Count(text)
}

// Package words is made up, and so is what is wrong with it.
package words

import "strings"

// Count counts words.
func Count(text string) int {
	return len(strings.Fields(text))
}

// Reverse is not called by anybody.
func Reverse(text string) string {
	words := strings.Fields(text)
	for a, b := 0, len(words)-1; a < b; a, b = a+1, b-1 {
		words[a], words[b] = words[b], words[a]
	}
	return strings.Join(words, " ")
}

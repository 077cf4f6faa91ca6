// Package title is made up.
package title

import "strings"

// Of writes a text in capitals.
func Of(text string) string {
	return strings.ToUpper(text)
}

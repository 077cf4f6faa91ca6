package cart

import "testing"

func TestTotal(t *testing.T) {
	Total(nil)
}

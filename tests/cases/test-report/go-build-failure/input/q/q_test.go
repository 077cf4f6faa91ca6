package q

import "testing"

func TestQ(t *testing.T) {

	missing()
}

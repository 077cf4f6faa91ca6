package words

import "testing"

func TestCount(t *testing.T) {
	if got := Count("  "); got != 0 {
		t.Errorf("Count = %d, want 0", got)
	}
}

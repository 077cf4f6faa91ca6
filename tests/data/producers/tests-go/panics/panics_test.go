package panics

import "testing"

func TestBefore(t *testing.T) {}

func TestPanics(t *testing.T) {
	var none map[string]int
	none["a"] = 1
}

func TestNeverReached(t *testing.T) {}

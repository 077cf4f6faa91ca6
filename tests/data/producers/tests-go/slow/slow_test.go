package slow

import (
	"testing"
	"time"
)

func TestQuick(t *testing.T) {}

func TestNeverEnds(t *testing.T) {
	time.Sleep(time.Minute)
}

package words

import "testing"

func TestOneWord(t *testing.T) {
	if got := Count("one"); got != 1 {
		t.Errorf("Count = %d, want 1", got)
	}
}

func TestBlanks(t *testing.T) {
	if got := Count("  "); got != 0 {
		t.Errorf("Count = %d, want 0", got) // the line that is annotated
	}
}

func TestLater(t *testing.T) {
	t.Skip("not before the next version")
}

func TestTable(t *testing.T) {
	cases := []struct {
		text string
		want int
	}{{"a b", 2}, {"a  b", 2}, {"100% of a/b", 3}}
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			if got := Count(c.text); got != c.want {
				t.Fatalf("Count(%q) = %d, want %d", c.text, got, c.want)
			}
		})
	}
}

func TestNested(t *testing.T) {
	t.Run("outer", func(t *testing.T) {
		t.Run("inner", func(t *testing.T) {})
		t.Run("left out", func(t *testing.T) { t.Skip() })
	})
}

func TestSideBySide(t *testing.T) {
	for _, name := range []string{"left", "right"} {
		t.Run(name, func(t *testing.T) { t.Parallel() })
	}
}

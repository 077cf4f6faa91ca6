package price

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Cents{"12": 1200, "12.5": 1250, "0.07": 7, "-3.20": -320} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", ".50", "1,50", "1.234", "--1"} {
		if got, err := Parse(text); !errors.Is(err, ErrSyntax) {
			t.Errorf("Parse(%q) = %d, %v; want ErrSyntax", text, got, err)
		}
	}
}

func TestString(t *testing.T) {
	for amount, want := range map[Cents]string{0: "0.00", 5: "0.05", 1250: "12.50", -1250: "-12.50"} {
		if got := amount.String(); got != want {
			t.Errorf("%d is written %q, want %q", int64(amount), got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	if got := Cents(1050).Percent(15); got != 158 {
		t.Errorf("15 %% of 10.50 is %s, want 1.58", got)
	}
}

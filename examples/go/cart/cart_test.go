package cart

import (
	"errors"
	"testing"

	"example.com/market/price"
)

func filled(t *testing.T) *Cart {
	t.Helper()
	var cart Cart
	for _, name := range []string{"pears", "apples", "pears"} {
		if err := cart.Add(name, 250, 2); err != nil {
			t.Fatal(err)
		}
	}
	return &cart
}

func TestTheSameNameAddsUp(t *testing.T) {
	items := filled(t).Items()
	if len(items) != 2 || items[1] != (Item{"pears", 250, 4}) {
		t.Errorf("got %v", items)
	}
}

func TestNothingIsNoQuantity(t *testing.T) {
	var cart Cart
	if err := cart.Add("plums", 100, 0); !errors.Is(err, ErrQuantity) {
		t.Errorf("got %v, want ErrQuantity", err)
	}
}

func TestTotal(t *testing.T) {
	for pieces, want := range map[int64]price.Cents{1: 250, 40: 9500} {
		var cart Cart
		if err := cart.Add("pears", 250, pieces); err != nil {
			t.Fatal(err)
		}
		if got := cart.Total(); got != want {
			t.Errorf("%d pieces cost %s, want %s", pieces, got, want)
		}
	}
}

func TestReceipt(t *testing.T) {
	want := "  2 × apples           2.50\n  4 × pears            2.50\ntotal                 15.00\n"
	if got := filled(t).Receipt(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Package price holds amounts of money in whole cents, so that nothing is ever rounded by accident.
package price

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Cents is an amount of money.
type Cents int64

// ErrSyntax says that a text is no amount such as "12.50".
var ErrSyntax = errors.New("not an amount")

// Parse reads "12", "12.5" or "12.50", with or without a minus sign.
func Parse(text string) (Cents, error) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	if whole == "" {
		return 0, fmt.Errorf("%w: %q has nothing before the point", ErrSyntax, text)
	}
	if len(fraction) > 2 {
		return 0, fmt.Errorf("%w: %q has more than two decimals", ErrSyntax, text)
	}
	fraction += strings.Repeat("0", 2-len(fraction))
	amount, err := strconv.ParseUint(whole+fraction, 10, 62)
	if err != nil {
		return 0, fmt.Errorf("%w: %q", ErrSyntax, text)
	}
	if negative {
		return -Cents(amount), nil
	}
	return Cents(amount), nil
}

// String writes the amount with two decimals.
func (c Cents) String() string {
	if c < 0 {
		return "-" + (-c).String()
	}
	return fmt.Sprintf("%d.%02d", c/100, c%100)
}

// Percent takes a share of the amount, rounding half a cent away from zero.
func (c Cents) Percent(percent int64) Cents {
	hundredths := int64(c) * percent
	if hundredths < 0 {
		return Cents((hundredths - 50) / 100)
	}
	return Cents((hundredths + 50) / 100)
}

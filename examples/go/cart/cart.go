// Package cart adds up what somebody wants to buy.
package cart

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"example.com/market/price"
)

// ErrQuantity says that fewer than one piece was asked for.
var ErrQuantity = errors.New("the quantity must be at least one")

// Item is one line of a cart.
type Item struct {
	Name     string
	Each     price.Cents
	Quantity int64
}

// Cart is an empty cart when it is zero.
type Cart struct {
	items map[string]Item
}

// Add puts pieces into the cart; the same name twice adds up and takes the newer price.
func (c *Cart) Add(name string, each price.Cents, quantity int64) error {
	if quantity < 1 {
		return fmt.Errorf("%w: %d × %s", ErrQuantity, quantity, name)
	}
	if c.items == nil {
		c.items = map[string]Item{}
	}
	item := c.items[name]
	c.items[name] = Item{Name: name, Each: each, Quantity: item.Quantity + quantity}
	return nil
}

// Remove takes a line out of the cart and tells whether it was there.
func (c *Cart) Remove(name string) bool {
	_, found := c.items[name]
	delete(c.items, name)
	return found
}

// Items lists the lines by name.
func (c *Cart) Items() []Item {
	items := make([]Item, 0, len(c.items))
	for _, item := range c.items {
		items = append(items, item)
	}
	sort.Slice(items, func(a, b int) bool { return items[a].Name < items[b].Name })
	return items
}

// Total is what the cart costs: orders of 100.00 and more are 5 % cheaper, those of 500.00 and more 10 %.
func (c *Cart) Total() price.Cents {
	var sum price.Cents
	for _, item := range c.items {
		sum += item.Each * price.Cents(item.Quantity)
	}
	switch {
	case sum >= 50_000:
		return sum - sum.Percent(10)
	case sum >= 10_000:
		return sum - sum.Percent(5)
	default:
		return sum
	}
}

// Receipt writes one line for each item and the total.
func (c *Cart) Receipt() string {
	var text strings.Builder
	for _, item := range c.Items() {
		fmt.Fprintf(&text, "%3d × %-12s %8s\n", item.Quantity, item.Name, item.Each)
	}
	fmt.Fprintf(&text, "total %21s\n", c.Total())
	return text.String()
}

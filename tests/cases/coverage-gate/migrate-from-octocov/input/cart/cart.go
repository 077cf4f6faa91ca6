package cart

// Total adds prices up.
func Total(prices []int) int {
	sum := 0
	for _, price := range prices {
		sum += price
	}
	return sum
}

func Discount(sum int) int {
	if sum > 100 {
		return sum - 10
	}
	return sum
}

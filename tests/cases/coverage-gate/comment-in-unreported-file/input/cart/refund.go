package cart

// Refund gives back.
func Refund(sum int) int {
	return -sum
}

package cart

func R3(sum int) int {
	return -sum
}

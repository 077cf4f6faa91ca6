package p

func TestB(t *testing.T) {
	var a []int
	_ = a[3]
}

package m

func A() {
	println()
}

package api

func A() {
	go1()
}

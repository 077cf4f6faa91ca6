package main

// one
// two
func main() {
	password := "hunter2hunter2"
	_ = password
}

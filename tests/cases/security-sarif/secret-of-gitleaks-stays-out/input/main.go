package main

func main() {
	token := "ghp_Zx81kQw0LmN4tYvB7cRs2dEfGh6jKp9aU3iO"
}

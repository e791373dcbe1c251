// Program hello is what every other program here is compared with.
package main

import "os"

func main() { os.Stdout.WriteString("hello\n") }

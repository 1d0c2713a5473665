// Command amisync makes the cloud's image sharing equal to a repository of
// manifests.
package main

import "os"

func main() { os.Exit(runMain(os.Args, processStreams())) }

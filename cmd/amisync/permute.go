package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// permute moves flags that stand behind arguments in front of them, where the
// flag package, which stops at the first argument, would drop them. What stands
// behind "--" stays as it is, and so does the command line that `simulate` runs.
func permute(app *cli.App, args []string) []string {
	command, depth := commandOf(app, args)
	if command == nil || command.Name == "simulate" {
		return args
	}
	takesValue := map[string]bool{}
	for _, flag := range command.Flags {
		documented, ok := flag.(cli.DocGenerationFlag)
		for _, name := range flag.Names() {
			takesValue[name] = ok && documented.TakesValue()
		}
	}
	var flags, rest []string
	tail := args[depth:]
	for i := 0; i < len(tail); i++ {
		arg := tail[i]
		if arg == "--" {
			rest = append(rest, tail[i:]...)
			break
		}
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			rest = append(rest, arg)
			continue
		}
		flags = append(flags, arg)
		if name := strings.TrimLeft(arg, "-"); takesValue[name] && i+1 < len(tail) {
			i++
			flags = append(flags, tail[i])
		}
	}
	return slices.Concat(args[:depth], flags, rest)
}

// commandOf finds the command that the arguments name, and how many of them
// name it.
func commandOf(app *cli.App, args []string) (command *cli.Command, depth int) {
	commands := app.Commands
	for depth = 1; depth < len(args); depth++ {
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(args[depth]) })
		if i < 0 {
			break
		}
		command = commands[i]
		commands = command.Subcommands
	}
	return command, depth
}

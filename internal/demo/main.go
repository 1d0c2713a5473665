// Command demo shows amisync at work on the example estate: it starts the
// simulated cloud of a cloud file and runs amisync against it, command by
// command, with a change by hand in between.
//
// It fails where a command ends with another exit code than a user would see.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/amisync/amisync/cloud/simulator"
)

func main() {
	amisync := flag.String("amisync", "bin/amisync", "the amisync to show")
	cloud := flag.String("cloud", "testdata/clouds/demo.yaml", "the cloud file")
	flag.Parse()
	if err := show(*amisync, *cloud); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// Somebody shares this image with an account that no manifest declares.
const (
	handShared = "ami-0cc98564818d82690"
	handTo     = "666677778888"
)

func show(amisync, cloud string) error {
	file, err := simulator.Load(cloud)
	if err != nil {
		return err
	}
	server, err := simulator.New(file, simulator.Options{})
	if err != nil {
		return err
	}
	listener, err := simulator.Listen("")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go server.Serve(ctx, listener)
	d := demo{amisync: amisync, environment: server.Environment(os.Environ(), "http://"+listener.Addr().String())}

	d.say("The manifests below manifests/ say who may launch which image. Are they sound?")
	d.run(0, "validate")
	d.say("What would have to change in the cloud?")
	d.run(0, "plan", "--out", "bin/plan.json")
	d.say("Carry out this plan and nothing else. (Without a plan file amisync would ask first.)")
	d.run(0, "apply", "bin/plan.json")
	d.say("Nothing is left to do:")
	d.run(0, "plan", "--detailed-exitcode")
	d.say(fmt.Sprintf("Somebody shares %s with account %s by hand ...", handShared, handTo))
	if err := server.Share(handShared, []simulator.LaunchPermission{{UserID: handTo}}, nil); err != nil {
		return err
	}
	d.say("... and the cron job that looks for drift finds it (exit code 2):")
	d.run(2, "drift")
	return d.err
}

type demo struct {
	amisync     string
	environment []string
	err         error // the first failure; nothing is run after it
}

func (d *demo) say(text string) {
	if d.err == nil {
		fmt.Printf("\n# %s\n", text)
	}
}

func (d *demo) run(want int, args ...string) {
	if d.err != nil {
		return
	}
	fmt.Printf("$ amisync %s\n", strings.Join(args, " "))
	command := exec.Command(d.amisync, args...)
	command.Env, command.Stdout, command.Stderr = d.environment, os.Stdout, os.Stderr
	err := command.Run()
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code, err = exit.ExitCode(), nil
	}
	switch {
	case err != nil:
		d.err = err
	case code != want:
		d.err = fmt.Errorf("amisync %s ended with exit code %d, not %d", strings.Join(args, " "), code, want)
	}
}

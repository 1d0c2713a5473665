package simulator_test

import (
	"context"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func TestServeIsFoundThroughTheEnvironment(t *testing.T) {
	file, err := simulator.Load("../../testdata/clouds/minimal.yaml")
	must(t, err)
	s, err := simulator.New(file, simulator.Options{})
	must(t, err)
	listener, err := simulator.Listen("")
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- s.Serve(ctx, listener) }()

	for _, variable := range s.Environment(nil, "http://"+listener.Addr().String()) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	must(t, err)
	identity, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	must(t, err)
	if *identity.Arn != "arn:aws:iam::999900001111:user/ci" {
		t.Errorf("identity %s", *identity.Arn)
	}
	cancel()
	if err := <-served; err != nil {
		t.Errorf("serving ended with %v", err)
	}
}

func TestListensOnLoopbackOnly(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "example.com:80", "127.0.0.1"} {
		if l, err := simulator.Listen(address); err == nil {
			l.Close()
			t.Errorf("listens on %q", address)
		}
	}
	l, err := simulator.Listen("localhost:0")
	must(t, err)
	l.Close()
	open, err := net.Listen("tcp", "0.0.0.0:0")
	must(t, err)
	s, err := simulator.New(smallCloud(), simulator.Options{})
	must(t, err)
	if err := s.Serve(context.Background(), open); err == nil {
		t.Error("serves to everybody")
	}
}

func TestEnvironmentWithoutUsers(t *testing.T) {
	s, err := simulator.New(simulator.File{Regions: []string{region}, Accounts: []simulator.Account{{ID: owner}}}, simulator.Options{})
	must(t, err)
	if env := s.Environment(nil, "http://127.0.0.1:1"); !slices.Contains(env, "AWS_ACCESS_KEY_ID=") || !slices.Contains(env, "AWS_CONFIG_FILE="+os.DevNull) {
		t.Errorf("environment %q", env)
	}
}

func TestOverlay(t *testing.T) {
	file, err := simulator.Load("testdata/good/overlay.yaml")
	must(t, err)
	roles := file.Accounts[0].Roles
	if len(file.Accounts) != 2 || file.Accounts[0].Name != "factory" || len(file.Accounts[0].Users) != 1 {
		t.Errorf("accounts %+v", file.Accounts)
	}
	if len(roles) != 2 || len(roles[0].Trust.Principals) != 0 || roles[1].Name != "second" {
		t.Errorf("roles %+v", roles)
	}
	if n := len(file.Images); n != 4 || len(file.Images[0].LaunchPermissions.Accounts) != 0 || file.Images[3].Name != "added" {
		t.Errorf("%d images, first %+v", n, file.Images[0])
	}
	if len(file.Behaviour.Faults) != 1 || file.Behaviour.Latency != 0 || len(file.Quotas) != 2 {
		t.Errorf("behaviour %+v", file.Behaviour)
	}
}

package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
)

// Listen opens a listener on loopback. Without an address it takes a free port of
// 127.0.0.1. An address that others could reach is refused: a simulated cloud has no
// secrets that would keep them out.
func Listen(address string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen address %q: the simulator binds to loopback only, such as 127.0.0.1:4566", address)
	}
	return net.Listen("tcp", address)
}

// Serve answers on a listener until the context ends, which is not an error. It closes
// the listener, and every connection with it.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	if a, ok := listener.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		listener.Close()
		return fmt.Errorf("listen address %s: the simulator binds to loopback only", listener.Addr())
	}
	server := &http.Server{Handler: s}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Environment returns an environment, as os.Environ has it, in which AWS SDKs and tools
// find this cloud at an endpoint such as "http://127.0.0.1:4566" and speak for its
// default user: the one marked so, or else the first. It is base with what concerns AWS
// replaced: the user's own profiles and sessions are kept out of the way.
func (s *Server) Environment(base []string, endpoint string) []string {
	user := s.defaultUser()
	environment := slices.DeleteFunc(slices.Clone(base), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		// Set to nothing they would not do: some tools take that for a profile's name.
		return name == "AWS_PROFILE" || name == "AWS_DEFAULT_PROFILE" || name == "AWS_SESSION_TOKEN"
	})
	return append(environment,
		"AWS_ENDPOINT_URL="+endpoint,
		"AWS_ENDPOINT_URL_EC2="+endpoint, // these win over the general one
		"AWS_ENDPOINT_URL_STS="+endpoint,
		"AWS_ENDPOINT_URL_KMS="+endpoint,
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false",
		"AWS_ACCESS_KEY_ID="+user.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY="+user.SecretAccessKey,
		"AWS_REGION="+s.cloud.regions[0],
		"AWS_DEFAULT_REGION="+s.cloud.regions[0],
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
	)
}

// defaultUser returns the zero User for a cloud without users.
func (s *Server) defaultUser() User {
	var first *User
	for _, account := range s.cloud.accounts {
		for _, u := range account.Users {
			if u.Default {
				return u
			}
			if first == nil {
				first = &u
			}
		}
	}
	if first == nil {
		return User{}
	}
	return *first
}

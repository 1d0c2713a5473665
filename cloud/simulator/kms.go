package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// kmsTarget begins the X-Amz-Target header of calls to KMS, which end with the action.
const kmsTarget = "TrentService."

// kmsService speaks AWS's JSON protocol, version 1.1: parameters and answers are objects.
// (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html)
func kmsService() *service {
	return &service{
		name:        "kms",
		contentType: "application/x-amz-json-1.1",
		actions:     map[string]action{"DescribeKey": describeKey()},
		answer: func(r *request, a action) ([]byte, error) {
			if err := r.knownRegion(); err != nil {
				return nil, r.service.errors.unknownKey
			}
			answer, err := a.reply(r)
			if err != nil {
				return nil, err
			}
			return json.Marshal(answer)
		},
		refusal: func(_ *request, err *apiError) []byte {
			// Two strings always become JSON.
			body, _ := json.Marshal(map[string]string{"__type": err.code, "message": err.message})
			return body
		},
		deny: func(r *request, resource, because string) error {
			return refuse("AccessDeniedException", "User: %s is not authorized to perform: kms:%s on resource: %s %s",
				r.caller.arn, r.call.Action, resource, because)
		},
		errors: kmsErrors(),
	}
}

// kmsErrors are those of every action. (KMS API Reference, Common errors and DescribeKey.
// That these are answered with HTTP 400 is reported by users of several SDKs.)
func kmsErrors() serviceErrors {
	return serviceErrors{
		malformed:        "SerializationException",
		unknownAction:    "UnknownOperationException",
		unknownParameter: "ValidationException",
		otherService:     refuse("InvalidSignatureException", "Credential should be scoped to correct service: 'kms'."),
		anonymous:        refuse("MissingAuthenticationTokenException", "Missing Authentication Token"),
		unknownKey:       refuse("UnrecognizedClientException", "The security token included in the request is invalid."),
		expired:          refuse("ExpiredTokenException", "The security token included in the request is expired"),
		internal:         &apiError{500, "KMSInternalException", "An internal error has occurred"},
		unavailable:      unavailable("DependencyTimeoutException", "The system timed out while trying to fulfill the request."),
		throttled: func(Call) *apiError {
			return refuse("ThrottlingException", "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.")
		},
	}
}

// jsonQuery reads the object that a JSON service is called with into the form of a query:
// the items of a list have numbers.
func jsonQuery(target string, body io.Reader) (query, error) {
	var members map[string]any
	err := json.NewDecoder(body).Decode(&members)
	q := query{}
	for name, value := range members {
		items, isList := value.([]any)
		if !isList {
			q[name] = []string{fmt.Sprint(value)}
		}
		for n, item := range items {
			q[name+"."+strconv.Itoa(n+1)] = []string{fmt.Sprint(item)}
		}
	}
	_, action, _ := strings.Cut(target, ".")
	q["Action"] = []string{action}
	return q, err
}

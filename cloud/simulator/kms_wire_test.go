package simulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
)

// postJSON calls KMS as the owner and returns status, content type and body.
func (f *fixture) postJSON(service, target, body string) (int, string, string) {
	f.t.Helper()
	request, err := http.NewRequest("POST", f.url, strings.NewReader(body))
	must(f.t, err)
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", target)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+keys[owner]+"/20261121/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	must(f.t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	must(f.t, err)
	return response.StatusCode, response.Header.Get("Content-Type"), string(answer)
}

func TestWireFormatOfKMS(t *testing.T) {
	const key = "TrentService.DescribeKey"
	for name, c := range map[string]struct {
		service, target, form string
		status                int
		body                  string
	}{
		"key": {
			"kms", key, `{"KeyId":"` + customerKey + `","GrantTokens":["a","b"]}`, 200,
			`{"KeyMetadata":{"AWSAccountId":"111122223333","Arn":"` + customerKey + `","KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","Description":"",` +
				`"KeyManager":"CUSTOMER","KeyState":"Enabled","Enabled":true,"MultiRegion":false,"KeyUsage":"ENCRYPT_DECRYPT","KeySpec":"SYMMETRIC_DEFAULT",` +
				`"Origin":"AWS_KMS","CustomerMasterKeySpec":"SYMMETRIC_DEFAULT","EncryptionAlgorithms":["SYMMETRIC_DEFAULT"],"CreationDate":1767225600}}`,
		},
		"error": {
			"kms", key, `{"KeyId":"1"}`, 400,
			`{"__type":"NotFoundException","message":"Key 'arn:aws:kms:us-east-1:111122223333:key/1' does not exist"}`,
		},
		"unknown action":    {"kms", "TrentService.Encrypt", `{}`, 400, `{"__type":"UnknownOperationException","message":"The action Encrypt is not valid for this web service."}`},
		"unknown parameter": {"kms", key, `{"KeyId":"1","Keys":["1"]}`, 400, `{"__type":"ValidationException","message":"The parameter Keys.1 is not recognized"}`},
		"no object":         {"kms", key, `[]`, 400, `{"__type":"SerializationException","message":"The request cannot be read: json: cannot unmarshal array into Go value of type map[string]interface {}"}`},
		"other service":     {"ec2", key, `{"KeyId":"1"}`, 400, `{"__type":"InvalidSignatureException","message":"Credential should be scoped to correct service: 'kms'."}`},
	} {
		t.Run(name, func(t *testing.T) {
			status, contentType, body := start(t, encryptedCloud(), simulator.Options{}).postJSON(c.service, c.target, c.form)
			if status != c.status || body != c.body || contentType != "application/x-amz-json-1.1" {
				t.Errorf("got  %d %s %s\nwant %d %s", status, contentType, body, c.status, c.body)
			}
		})
	}
}

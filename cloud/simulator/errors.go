package simulator

import "fmt"

// apiError is a refusal as the cloud words it.
type apiError struct {
	status  int // HTTP
	code    string
	message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

// refuse makes the usual refusal: a client error, HTTP 400.
func refuse(code, format string, args ...any) *apiError {
	return &apiError{400, code, fmt.Sprintf(format, args...)}
}

func forbid(code, format string, args ...any) *apiError {
	return &apiError{403, code, fmt.Sprintf(format, args...)}
}

func unavailable(code, format string, args ...any) *apiError {
	return &apiError{503, code, fmt.Sprintf(format, args...)}
}

// The errors below are those of more than one action.
// (EC2 API Reference, Error codes for the Amazon EC2 API)

func invalidValue(parameter, value string) *apiError {
	return refuse("InvalidParameterValue", "Invalid value '%s' for %s.", value, parameter)
}

func missingParameter(name string) *apiError {
	return refuse("MissingParameter", "The request must contain the parameter %s", name)
}

func imageNotFound(id string) *apiError {
	return refuse("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", id)
}

func imageUnavailable(id string) *apiError {
	return refuse("InvalidAMIID.Unavailable", "The image ID '%s' is no longer available", id)
}

func notAuthorizedForImage(id string) *apiError {
	return refuse("AuthFailure", "Not authorized for image:%s", id)
}

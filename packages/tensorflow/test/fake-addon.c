// What the command asks of tfjs-node's addon, for matrices of 2 x 2: enough to multiply, small enough to serve.
#include <node_api.h>
#include <string.h>

static float tensors[64][4];
static int count = 0;

static napi_value number(napi_env env, int value) {
  napi_value made;
  napi_create_int32(env, value, &made);
  return made;
}

static napi_value create_tensor(napi_env env, napi_callback_info info) {
  napi_value args[3];
  size_t given = 3;
  void *data;
  napi_get_cb_info(env, info, &given, args, NULL, NULL);
  napi_get_typedarray_info(env, args[2], NULL, NULL, &data, NULL, NULL);
  memcpy(tensors[count], data, sizeof tensors[0]);
  return number(env, count++);
}

static napi_value execute(napi_env env, napi_callback_info info) {
  napi_value args[4], id, result, results, shape;
  size_t given = 4;
  int at[2];
  napi_get_cb_info(env, info, &given, args, NULL, NULL);
  for (int i = 0; i < 2; i++) {
    napi_get_element(env, args[2], i, &id);
    napi_get_value_int32(env, id, &at[i]);
  }
  const float *a = tensors[at[0]], *b = tensors[at[1]];
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++)
      tensors[count][2 * i + j] = a[2 * i] * b[j] + a[2 * i + 1] * b[2 + j];
  napi_create_array(env, &shape);
  for (int i = 0; i < 2; i++) napi_set_element(env, shape, i, number(env, 2));
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "id", number(env, count++));
  napi_set_named_property(env, result, "dtype", number(env, 1));
  napi_set_named_property(env, result, "shape", shape);
  napi_create_array(env, &results);
  napi_set_element(env, results, 0, result);
  return results;
}

static napi_value read(napi_env env, napi_callback_info info) {
  napi_value id, buffer, array;
  size_t given = 1;
  int at;
  void *data;
  napi_get_cb_info(env, info, &given, &id, NULL, NULL);
  napi_get_value_int32(env, id, &at);
  napi_create_arraybuffer(env, sizeof tensors[0], &data, &buffer);
  memcpy(data, tensors[at], sizeof tensors[0]);
  napi_create_typedarray(env, napi_float32_array, 4, buffer, 0, &array);
  return array;
}

static napi_value no_gpu(napi_env env, napi_callback_info info) {
  napi_value no;
  napi_get_boolean(env, false, &no);
  return no;
}

NAPI_MODULE_INIT() {
  const struct { const char *name; napi_callback call; } functions[] = {
    {"createTensor", create_tensor}, {"executeOp", execute},
    {"tensorDataSync", read}, {"isUsingGpuDevice", no_gpu},
  };
  const char *constants[] = {"TF_FLOAT", "TF_INT32", "TF_INT64", "TF_BOOL", "TF_ATTR_BOOL", "TF_ATTR_TYPE"};
  napi_value made;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, NULL, &made);
    napi_set_named_property(env, exports, functions[i].name, made);
  }
  for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
    napi_set_named_property(env, exports, constants[i], number(env, (int)i + 1));
  napi_create_string_utf8(env, "0.0.1", NAPI_AUTO_LENGTH, &made);
  napi_set_named_property(env, exports, "TF_Version", made);
  return exports;
}

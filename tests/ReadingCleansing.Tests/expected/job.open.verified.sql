SET 'pipeline.name' = 'reading-cleansing';
-- A key is forgotten when it has not come for this long, the comparison with the window below is exact.
SET 'table.exec.state.ttl' = '600000 ms';

-- Metadata columns of the connector are not filled (FLINK-36671): when a record arrived is when the job reads it.
CREATE TEMPORARY TABLE readings (
  body BYTES,
  arrival AS PROCTIME(),
  arrival_ms AS (1700000000 + CAST(TIMESTAMPDIFF(SECOND, TO_TIMESTAMP_LTZ(1700000000000, 3), PROCTIME()) AS BIGINT)) * 1000
    + CAST(DATE_FORMAT(PROCTIME(), 'SSS') AS BIGINT)
) WITH (
  'connector' = 'kinesis',
  'stream.arn' = 'arn:aws:kinesis:eu-west-1:000000000000:stream/readings',
  'aws.region' = 'eu-west-1',
  'source.init.position' = 'TRIM_HORIZON',
  'source.reader.type' = 'POLLING',
  'format' = 'raw'
);

CREATE TEMPORARY TABLE cleansed (
  device STRING,
  metric STRING,
  `time` STRING,
  `value` DOUBLE,
  unit STRING,
  tags MAP<STRING, STRING>
) PARTITIONED BY (device) WITH (
  'connector' = 'kinesis',
  'stream.arn' = 'arn:aws:kinesis:eu-west-1:000000000000:stream/cleansed',
  'aws.region' = 'eu-west-1',
  'format' = 'json',
  'json.encode.ignore-null-fields' = 'true'
);

CREATE TEMPORARY TABLE rejected (
  reason STRING,
  detail STRING,
  payload STRING,
  encoding STRING,
  device STRING,
  metric STRING,
  arrival STRING
) WITH (
  'connector' = 'kinesis',
  'stream.arn' = 'arn:aws:kinesis:eu-west-1:000000000000:stream/rejected',
  'aws.region' = 'eu-west-1',
  'format' = 'json',
  'json.encode.ignore-null-fields' = 'true'
);

-- The same stream, for payloads that are no text: the format writes BYTES as base64.
CREATE TEMPORARY TABLE rejected_bytes (
  reason STRING,
  detail STRING,
  payload BYTES,
  encoding STRING,
  arrival STRING
) WITH (
  'connector' = 'kinesis',
  'stream.arn' = 'arn:aws:kinesis:eu-west-1:000000000000:stream/rejected',
  'aws.region' = 'eu-west-1',
  'format' = 'json',
  'json.encode.ignore-null-fields' = 'true'
);

-- JOB: from here on the same for any source and sinks.

CREATE TEMPORARY VIEW texts AS
SELECT
  arrival,
  arrival_ms,
  body,
  DECODE(body, 'UTF-8') AS payload,
  ENCODE(DECODE(body, 'UTF-8'), 'UTF-8') = body AS is_text
FROM readings;

-- In an array, an object that something follows is no JSON any more, or has a second element.
CREATE TEMPORARY VIEW documents AS
SELECT
  *,
  CASE
    WHEN is_text AND payload IS JSON OBJECT AND CONCAT('[', payload, ']') IS JSON ARRAY
      AND NOT JSON_EXISTS(CONCAT('[', payload, ']'), 'lax $[1]') THEN payload
  END AS document
FROM texts;

-- Each field twice: its text, and as JSON, which tells a number from a text, both are NULL where the field is.
CREATE TEMPORARY VIEW fields AS
SELECT
  *,
  JSON_VALUE(document, 'lax $.device') AS device_text,
  JSON_QUERY(document, 'lax $.device' WITH UNCONDITIONAL ARRAY WRAPPER) AS device_json,
  JSON_VALUE(document, 'lax $.metric') AS metric_text,
  JSON_QUERY(document, 'lax $.metric' WITH UNCONDITIONAL ARRAY WRAPPER) AS metric_json,
  JSON_VALUE(document, 'lax $.time') AS time_text,
  JSON_QUERY(document, 'lax $.time' WITH UNCONDITIONAL ARRAY WRAPPER) AS time_json,
  JSON_VALUE(document, 'lax $.value') AS value_text,
  JSON_QUERY(document, 'lax $.value' WITH UNCONDITIONAL ARRAY WRAPPER) AS value_json,
  JSON_VALUE(document, 'lax $.unit') AS unit_text,
  JSON_QUERY(document, 'lax $.unit' WITH UNCONDITIONAL ARRAY WRAPPER) AS unit_json
FROM documents;

CREATE TEMPORARY VIEW typed AS
SELECT
  *,
  CASE WHEN device_json LIKE '["%' AND REGEXP_EXTRACT(device_text, '^[A-Za-z0-9._:-]{1,128}\z', 0) IS NOT NULL THEN device_text END AS device,
  CASE WHEN metric_json LIKE '["%' AND REGEXP_EXTRACT(metric_text, '^[A-Za-z0-9._-]{1,64}\z', 0) IS NOT NULL THEN metric_text END AS metric,
  CASE
    WHEN REGEXP_EXTRACT(value_json, '^\[-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\]\z', 0) IS NOT NULL THEN TRY_CAST(value_text AS DOUBLE)
  END AS number,
  CASE WHEN unit_json LIKE '["%' AND REGEXP_EXTRACT(unit_text, '^[^\x00-\x1F]{1,64}\z', 0) IS NOT NULL THEN unit_text END AS unit,
  unit_json IS NULL AS has_no_unit,
  CASE WHEN REGEXP_EXTRACT(time_json, '^\[-?[0-9]{1,15}\]\z', 0) IS NOT NULL THEN TRY_CAST(time_text AS BIGINT) END AS epoch_ms,
  CASE
    WHEN time_json LIKE '["%' AND REGEXP_EXTRACT(time_text,
      '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)\z', 0) IS NOT NULL
      THEN time_text
  END AS iso
FROM fields;

CREATE TEMPORARY VIEW parts AS
SELECT
  *,
  TRY_CAST(SUBSTR(iso, 1, 4) AS BIGINT) AS y,
  TRY_CAST(SUBSTR(iso, 6, 2) AS BIGINT) AS mo,
  TRY_CAST(SUBSTR(iso, 9, 2) AS BIGINT) AS d,
  TRY_CAST(SUBSTR(iso, 12, 2) AS BIGINT) AS h,
  TRY_CAST(SUBSTR(iso, 15, 2) AS BIGINT) AS mi,
  CASE WHEN SUBSTR(iso, 17, 1) = ':' THEN TRY_CAST(SUBSTR(iso, 18, 2) AS BIGINT) ELSE 0 END AS s,
  TRY_CAST(RPAD(COALESCE(REGEXP_EXTRACT(iso, '[.,]([0-9]{1,3})', 1), ''), 3, '0') AS BIGINT) AS ms,
  REGEXP_EXTRACT(iso, '(Z|[+-][0-9]{2}(:?[0-9]{2})?)\z', 1) AS zone
FROM typed;

-- Days since 1970 of a date: years that begin in March put the leap day last.
CREATE TEMPORARY VIEW dates AS
SELECT
  *,
  CASE WHEN mo <= 2 THEN y - 1 ELSE y END AS march_year,
  CASE WHEN mo <= 2 THEN mo + 9 ELSE mo - 3 END AS march_month,
  ((h * 60 + mi) * 60 + s) * 1000 + ms AS of_day,
  CASE
    WHEN zone = 'Z' THEN 0
    ELSE (CASE WHEN zone LIKE '-%' THEN -60000 ELSE 60000 END) * (
      TRY_CAST(SUBSTR(zone, 2, 2) AS BIGINT) * 60
      + TRY_CAST(COALESCE(NULLIF(SUBSTR(REPLACE(zone, ':', ''), 4, 2), ''), '0') AS BIGINT))
  END AS offset_ms,
  y >= 1 AND mo BETWEEN 1 AND 12 AND d >= 1 AND h <= 23 AND mi <= 59 AND s <= 59
    AND d <= CASE
      WHEN mo IN (4, 6, 9, 11) THEN 30
      WHEN mo = 2 AND MOD(y, 4) = 0 AND (MOD(y, 100) <> 0 OR MOD(y, 400) = 0) THEN 29
      WHEN mo = 2 THEN 28
      ELSE 31
    END
    AND (zone = 'Z' OR (TRY_CAST(SUBSTR(zone, 2, 2) AS BIGINT) <= 23
      AND TRY_CAST(COALESCE(NULLIF(SUBSTR(REPLACE(zone, ':', ''), 4, 2), ''), '0') AS BIGINT) <= 59)) AS is_date
FROM parts;

CREATE TEMPORARY VIEW timed AS
SELECT
  *,
  CASE
    WHEN epoch_ms IS NOT NULL THEN epoch_ms
    WHEN is_date THEN (march_year * 365 + CAST(FLOOR(march_year / 4e0) AS BIGINT) - CAST(FLOOR(march_year / 100e0) AS BIGINT)
      + CAST(FLOOR(march_year / 400e0) AS BIGINT) + CAST(FLOOR((153 * march_month + 2) / 5e0) AS BIGINT) + d - 719469)
      * 86400000 + of_day - offset_ms
  END AS time_ms
FROM dates;

CREATE TEMPORARY VIEW parsed AS
SELECT
  *,
  CASE
    WHEN NOT is_text THEN 'the payload is no UTF-8'
    WHEN payload = '' THEN 'the payload is empty'
    WHEN document IS NULL THEN 'expected a JSON object'
    WHEN device IS NULL THEN 'device: expected 1 to 128 characters of A-Z a-z 0-9 . _ : -'
    WHEN metric IS NULL THEN 'metric: expected 1 to 64 characters of A-Z a-z 0-9 . _ -'
    WHEN time_ms IS NULL OR time_ms NOT BETWEEN -62135596800000 AND 253402300799999
      THEN 'time: expected ISO 8601 with an offset, or milliseconds since 1970'
    WHEN number IS NULL OR ABS(number) > 1.7976931348623157E308 THEN 'value: expected a finite number'
    WHEN unit IS NULL AND NOT has_no_unit THEN 'unit: expected 1 to 64 bytes of text'
  END AS problem
FROM timed;

-- What the rules say of the reading's metric, NULL where they say nothing.
CREATE TEMPORARY VIEW ruled AS
SELECT
  *,
  TRUE AS device_is_known,
  metric IN ('temperature', 'humidity', 'pressure', 'load', 'count', 'flow.rate-1_x', 'level') AS metric_is_known,
  CASE metric WHEN 'temperature' THEN 'celsius' WHEN 'humidity' THEN 'percent' WHEN 'pressure' THEN 'hectopascal' WHEN 'flow.rate-1_x' THEN 'l/min' WHEN 'level' THEN 'it''s' END AS metric_unit,
  CASE CONCAT(metric, ' ', unit) WHEN 'temperature fahrenheit' THEN 0.5555555555555556E0 WHEN 'temperature kelvin' THEN 1E0 WHEN 'pressure pascal' THEN 0.01E0 WHEN 'level feet''' THEN 0.3048E0 WHEN 'level huge' THEN 1E+308 END AS factor,
  CASE CONCAT(metric, ' ', unit) WHEN 'temperature fahrenheit' THEN -17.77777777777778E0 WHEN 'temperature kelvin' THEN -273.15E0 WHEN 'pressure pascal' THEN 0E0 WHEN 'level feet''' THEN 0E0 WHEN 'level huge' THEN 0E0 END AS shift,
  CASE metric WHEN 'temperature' THEN -40E0 WHEN 'humidity' THEN 0E0 WHEN 'pressure' THEN 300E0 WHEN 'load' THEN 0E0 END AS minimum,
  CASE metric WHEN 'temperature' THEN 125E0 WHEN 'humidity' THEN 100E0 WHEN 'pressure' THEN 1100E0 WHEN 'flow.rate-1_x' THEN 10E0 WHEN 'level' THEN 5E0 END AS maximum,
  CASE device WHEN 'machine-1' THEN MAP['site', 'hall-1', 'model', 'x2'] WHEN 'machine-2' THEN MAP['site', 'hall ''two''', 'öl', 'größe'] WHEN 'a.b_c:d-e' THEN MAP['line', '7'] END AS tags
FROM parsed;

CREATE TEMPORARY VIEW converted AS
SELECT
  *,
  CASE WHEN factor IS NULL OR unit = metric_unit THEN number ELSE number * factor + shift END AS amount,
  COALESCE(metric_unit, unit) AS amount_unit,
  unit IS NOT NULL AND metric_unit IS NOT NULL AND unit <> metric_unit AND factor IS NULL AS unit_is_unknown
FROM ruled;

CREATE TEMPORARY VIEW checked AS
SELECT
  *,
  CONCAT(
    DATE_FORMAT(
      TIMESTAMPADD(DAY, CAST(FLOOR((arrival_ms + 62135596800000) / 864e5) AS INT), TIMESTAMP '0001-01-01 00:00:00'), 'yyyy-MM-dd'),
    'T', LPAD(CAST(MOD(CAST(FLOOR((arrival_ms + 62135596800000) / 36e5) AS BIGINT), 24) AS STRING), 2, '0'),
    ':', LPAD(CAST(MOD(CAST(FLOOR((arrival_ms + 62135596800000) / 6e4) AS BIGINT), 60) AS STRING), 2, '0'),
    ':', LPAD(CAST(MOD(CAST(FLOOR((arrival_ms + 62135596800000) / 1e3) AS BIGINT), 60) AS STRING), 2, '0'),
    '.', LPAD(CAST(MOD(arrival_ms + 62135596800000, 1000) AS STRING), 3, '0'), 'Z') AS arrival_text,
  CASE
    WHEN problem IS NOT NULL THEN 'malformed'
    WHEN NOT device_is_known THEN 'unknown-device'
    WHEN NOT metric_is_known THEN 'unknown-metric'
    WHEN unit_is_unknown THEN 'unknown-unit'
    WHEN ABS(amount) > 1.7976931348623157E308 OR amount < minimum OR amount > maximum THEN 'out-of-range'
    WHEN arrival_ms - time_ms > 3600000 THEN 'late'
    WHEN time_ms - arrival_ms > 60000 THEN 'ahead'
  END AS reason,
  CASE
    WHEN problem IS NOT NULL THEN problem
    WHEN NOT device_is_known THEN CONCAT(device, ' is not listed')
    WHEN NOT metric_is_known THEN CONCAT(metric, ' is not listed')
    WHEN unit_is_unknown THEN CONCAT('the unit is neither that of ', metric, ' nor convertible to it')
    WHEN amount < minimum THEN CONCAT(metric, ' ', CAST(amount AS STRING), ' is below the minimum ', CAST(minimum AS STRING))
    WHEN amount > maximum THEN CONCAT(metric, ' ', CAST(amount AS STRING), ' is above the maximum ', CAST(maximum AS STRING))
    WHEN ABS(amount) > 1.7976931348623157E308 THEN CONCAT(metric, ' is no finite number in ', amount_unit)
    WHEN time_ms < arrival_ms THEN CONCAT('it is ', CAST((arrival_ms - time_ms) / 1e3 AS STRING), ' seconds before arrival')
    ELSE CONCAT('it is ', CAST((time_ms - arrival_ms) / 1e3 AS STRING), ' seconds after arrival')
  END AS detail
FROM converted;

-- The rows named are state. Of two of them the sum less one is the other: when the same reading came before this one.
CREATE TEMPORARY VIEW compared AS
SELECT
  arrival_ms,
  arrival_text,
  payload,
  device,
  metric,
  amount,
  amount_unit,
  time_ms,
  tags,
  COUNT(*) OVER (PARTITION BY device, metric, time_ms ORDER BY arrival ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS times,
  SUM(arrival_ms) OVER (PARTITION BY device, metric, time_ms ORDER BY arrival ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS both_ms
FROM checked
WHERE reason IS NULL;

CREATE TEMPORARY VIEW judged AS
SELECT
  *,
  CONCAT(
    DATE_FORMAT(
      TIMESTAMPADD(DAY, CAST(FLOOR((time_ms + 62135596800000) / 864e5) AS INT), TIMESTAMP '0001-01-01 00:00:00'), 'yyyy-MM-dd'),
    'T', LPAD(CAST(MOD(CAST(FLOOR((time_ms + 62135596800000) / 36e5) AS BIGINT), 24) AS STRING), 2, '0'),
    ':', LPAD(CAST(MOD(CAST(FLOOR((time_ms + 62135596800000) / 6e4) AS BIGINT), 60) AS STRING), 2, '0'),
    ':', LPAD(CAST(MOD(CAST(FLOOR((time_ms + 62135596800000) / 1e3) AS BIGINT), 60) AS STRING), 2, '0'),
    '.', LPAD(CAST(MOD(time_ms + 62135596800000, 1000) AS STRING), 3, '0'), 'Z') AS time_text,
  times = 2 AND 600000 > 0 AND arrival_ms - (both_ms - arrival_ms) <= 600000 AS is_duplicate
FROM compared;

EXECUTE STATEMENT SET
BEGIN

INSERT INTO cleansed
SELECT
  device,
  metric,
  time_text,
  amount,
  amount_unit,
  tags
FROM judged
WHERE NOT is_duplicate;

INSERT INTO rejected
SELECT
  'duplicate',
  CONCAT(device, ' ', metric, ' ', time_text, ' was accepted before'),
  payload,
  'utf-8',
  device,
  metric,
  arrival_text
FROM judged
WHERE is_duplicate;

INSERT INTO rejected
SELECT
  reason,
  detail,
  payload,
  'utf-8',
  device,
  metric,
  arrival_text
FROM checked
WHERE reason IS NOT NULL AND is_text;

INSERT INTO rejected_bytes
SELECT
  reason,
  detail,
  body,
  'base64',
  arrival_text
FROM checked
WHERE reason IS NOT NULL AND NOT is_text;

END;

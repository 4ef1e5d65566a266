<?php

namespace Illuminate\Foundation\Configuration;

/** Projects leave it as it is; what one would ask of it is not here. */
class Exceptions
{
}

package io.jumpmq.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** What only RabbitMQ does; {@code docs/compatibility.md} has the list. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf("io.jumpmq.conformance.BrokerUnderTest#isRabbitMq")
@interface RabbitMqOnly {
    /** Why we don't. */
    String value();
}
